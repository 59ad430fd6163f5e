/** The sense of sound: files to spectrogram patches to vectors. */
package sensorium.audio;
