/** How well music is heard whose notes are known. */
package sensorium.multimodal.music;
