/** Sounds to text by a published model: what it hears, and the words that its tokens spell. */
package sensorium.multimodal.transcribe;
