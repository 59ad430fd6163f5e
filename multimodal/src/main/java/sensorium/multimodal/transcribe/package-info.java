/**
 * Sounds to text: by a published model ({@link sensorium.multimodal.transcribe.Transcriber}), and by one that was trained here ({@link
 * sensorium.multimodal.transcribe.SpeechToText}), with how that is learnt and measured.
 */
package sensorium.multimodal.transcribe;
