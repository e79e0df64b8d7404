/**
 * The topics of `golem help`: each is a page of docs, or a section of one.
 *
 * Not its concern: the contents of the pages, how they are shown.
 */

/** The description of a topic. */
export interface HelpTopic {
  /** File in docs. */
  readonly page: string;
  /** Heading of the section; without it, the whole page. */
  readonly section?: string;
  /** Its subject, in a few words. */
  readonly about: string;
}

/** The topics by name. */
export const helpTopics: Readonly<Record<string, HelpTopic>> = {
  data: { page: "data.md", about: "forms of data sets, speakers, splits" },
  annotations: { page: "data.md", section: "Annotated recordings", about: "long recordings with labels" },
  formats: { page: "formats.md", about: "which audio format is decoded where" },
  scores: { page: "scores.md", about: "the meaning of the numbers" },
  fusion: { page: "fusion.md", about: "how a prediction is computed" },
  limits: { page: "limits.md", about: "limits and platforms" },
  augment: { page: "augment.md", about: "varied copies of training recordings" },
  encoders: { page: "encoders.md", about: "built-in encoders, checkpoints, your own model" },
  detection: { page: "detection.md", about: "events in long recordings and live sound" },
  update: {
    page: "detection.md",
    section: "Learning on the job",
    about: "keep, review, train again, compare",
  },
  server: { page: "server.md", about: "golems over HTTP" },
  web: { page: "web.md", about: "golems on web pages" },
  studio: { page: "studio.md", about: "the application in the browser" },
  export: { page: "export.md", about: "golems for other programs" },
  golem: { page: "golem-folder.md", about: "contents of a golem's folder" },
  security: { page: "security.md", about: "trusted and untrusted input, limits" },
  errors: { page: "errors.md", about: "causes and remedies; also golem help CODE" },
  lessons: { page: "lessons.md", about: "transfer learning and over-fitting" },
};
