/**
 * Where the studio answers: always the same port, since browsers keep recordings for each address apart.
 *
 * Not its concern: the server.
 */

/** The port on 127.0.0.1. */
export const studioPort = 7465;
