/** What class a picture or a sound is of: learnt from any labelled folder. */
package sensorium.multimodal.classify;
