/** Models as folders: written by a run, opened by whoever uses them. */
package sensorium.multimodal.model;
