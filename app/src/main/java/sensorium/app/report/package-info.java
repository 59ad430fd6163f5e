/** The report: one self-contained page, put together from plain data. Nothing in it is loaded from elsewhere. */
package sensorium.app.report;
