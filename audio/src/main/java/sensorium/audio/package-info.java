/**
 * The sense of sound.
 *
 * <p>A sound goes {@link sensorium.audio.AudioFile file} → {@link sensorium.audio.Recording channels} → {@link
 * sensorium.audio.Waveform samples} → {@link sensorium.audio.Stft frames} → {@link sensorium.audio.MelFilterbank mel
 * bands} → {@link sensorium.audio.LogMel log-mel spectrogram}; {@link sensorium.audio.AudioAugment} varies it on the
 * way. Samples and spectrograms are plain float arrays; what is computed between them is tensor ops. Published models that hear tell
 * {@link sensorium.audio.SoundClassifier what} a sound is, or write down {@link sensorium.audio.whisper what is said}.
 */
package sensorium.audio;
