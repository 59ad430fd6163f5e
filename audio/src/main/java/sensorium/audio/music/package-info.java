/**
 * What is played: {@link sensorium.audio.music.PitchTracker pitch} and the {@link sensorium.audio.music.Notes notes} that it makes, {@link
 * sensorium.audio.music.Chroma pitch classes}, {@link sensorium.audio.music.Onsets onsets} and the {@link sensorium.audio.music.Tempo tempo}
 * they keep. Nothing here is learnt. {@link sensorium.audio.music.MusicListener} puts them together, for sounds of any length.
 */
package sensorium.audio.music;
