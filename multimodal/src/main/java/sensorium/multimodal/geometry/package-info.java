/** What a shared space looks like from within, and what its towers are worth to other tasks. */
package sensorium.multimodal.geometry;
