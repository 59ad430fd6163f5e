/** The shared space of words, pictures and sounds. */
package sensorium.multimodal;
