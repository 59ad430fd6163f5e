/** The command line and the report. */
package sensorium.app;
