/** The default port of the studio; it should stay the same, since browsers store recordings per address. */

/** The default port on 127.0.0.1. */
export const studioPort = 7465;
