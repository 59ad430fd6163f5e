/**
 * The hearing half of CLAP (Wu et al., arXiv:2211.06687): {@link sensorium.audio.clap.ClapFeatures what of a sound is heard} and {@link
 * sensorium.audio.clap.Htsat the transformer} that makes a vector of it.
 */
package sensorium.audio.clap;
