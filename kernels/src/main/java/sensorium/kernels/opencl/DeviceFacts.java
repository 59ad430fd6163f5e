package sensorium.kernels.opencl;

/**
 * What the probe learned about one device.
 *
 * @param platform index of its platform, in the order of the loader
 * @param device index of the device on that platform
 * @param vendor name of the platform, for example {@code Portable Computing Language}
 * @param name of the device
 * @param driver version of the driver
 * @param gpu whether it is more than the processor under another name
 * @param fp64 whether it computes in double precision
 * @param memory bytes of global memory
 */
record DeviceFacts(
        int platform, int device, String vendor, String name, String driver, boolean gpu, boolean fp64, long memory) {
    private static final int FIELDS = 8;
    private static final String POCL = "Portable Computing Language";

    /** One line, fields separated by tabs. */
    String line() {
        return String.join(
                "\t",
                Integer.toString(platform),
                Integer.toString(device),
                plain(vendor),
                plain(name),
                plain(driver),
                Boolean.toString(gpu),
                Boolean.toString(fp64),
                Long.toString(memory));
    }

    /** @throws IllegalArgumentException if the line is not one of {@link #line} */
    static DeviceFacts parse(String line) {
        String[] f = line.split("\t", -1);
        if (f.length != FIELDS) {
            throw new IllegalArgumentException("not a device: " + line);
        }
        return new DeviceFacts(
                Integer.parseInt(f[0]),
                Integer.parseInt(f[1]),
                f[2],
                f[3],
                f[4],
                Boolean.parseBoolean(f[5]),
                Boolean.parseBoolean(f[6]),
                Long.parseLong(f[7]));
    }

    /**
     * Whether the driver finds programs that it built before by their sources. PoCL does, and compiles every kernel of a program once
     * more, for work-groups of any size, when it is asked for its binary: half of all its time where nothing is cached yet.
     */
    boolean keepsPrograms() {
        return vendor.equals(POCL);
    }

    private static String plain(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    /** One line for people. */
    @Override
    public String toString() {
        return "%s (%s, driver %s), %.1f GB%s"
                .formatted(name, vendor, driver, memory / 1e9, fp64 ? "" : ", no double precision");
    }
}
