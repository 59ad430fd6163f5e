/** Published models with a tower for each of two senses, whose vectors can be compared: CLIP, SigLIP, CLAP. */
package sensorium.multimodal.dual;
