/**
 * Speech to text, as Whisper does it (Radford et al., arXiv:2212.04356): {@link sensorium.audio.whisper.Whisper model}, {@link
 * sensorium.audio.whisper.DecodingRules rules of what may be written}, {@link sensorium.nn.TokenSearch search} for the best
 * of it, {@link sensorium.audio.whisper.SpeechDecoder long sounds} in windows. In and out are sounds and token ids; what those spell is
 * the tokenizer's affair.
 */
package sensorium.audio.whisper;
