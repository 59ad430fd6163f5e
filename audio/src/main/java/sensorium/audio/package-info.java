/**
 * The sense of sound.
 *
 * <p>A sound goes {@link sensorium.audio.AudioFile file} → {@link sensorium.audio.Recording channels} → {@link
 * sensorium.audio.Waveform samples} → {@link sensorium.audio.Stft frames} → {@link sensorium.audio.MelFilterbank mel
 * bands} → {@link sensorium.audio.LogMel log-mel spectrogram}; {@link sensorium.audio.AudioAugment} varies it on the
 * way. Nothing in this part knows tensors: samples and spectrograms are plain float arrays.
 */
package sensorium.audio;
