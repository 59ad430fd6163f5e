/**
 * Speech to text, learnt here: an encoder–decoder of {@link sensorium.audio.whisper.Whisper Whisper's class} with a head for
 * connectionist temporal classification, and how its frames become units ({@link sensorium.audio.speech.CtcSearch}) and units get times
 * ({@link sensorium.audio.speech.CtcAlignment}). In and out are sounds and ids; what those spell is the text's affair.
 */
package sensorium.audio.speech;
