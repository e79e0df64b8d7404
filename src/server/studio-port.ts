/**
 * The port of the studio: always the same, since browsers keep recordings for each address apart.
 *
 * Not its concern: the server.
 */

/** The default port on 127.0.0.1. */
export const studioPort = 7465;
