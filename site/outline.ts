/**
 * What is on the site and where: a page is a Markdown file of the repository, or one section of it.
 *
 * Not its concern: how pages are made or look.
 */

/** One page. */
export interface Page {
  /** File in the repository. */
  readonly source: string;
  /** Heading of the section that is the page; without it, the whole file. */
  readonly section?: string;
  /** Address without .html. */
  readonly path: string;
  /** In the sidebar. */
  readonly title: string;
}

/** A group of the sidebar. */
export interface Group {
  readonly title: string;
  readonly pages: readonly Page[];
  /** Whether it is closed at first. */
  readonly collapsed?: boolean;
}

const howTo = (name: string, title: string): Page => ({
  source: `docs/how-to/${name}.md`,
  path: `how-to/${name}`,
  title,
});
const doc = (name: string, folder: string, title: string): Page => ({
  source: `docs/${name}.md`,
  path: `${folder}/${name}`,
  title,
});
const result = (source: string): Page => {
  const name = source.replace(/^.*\/|\.md$/g, "");
  return { source, path: `measurements/${source.startsWith("bench") ? "bench-" : ""}${name}`, title: name };
};

/** The English site. `results`: pages of measurements, which other pages link to. */
export function createOutline(results: readonly string[]): Group[] {
  return [
    {
      title: "Guide",
      pages: [doc("tutorial", "guide", "Ten-minute tutorial"), doc("studio", "guide", "The studio")],
    },
    {
      title: "How to",
      pages: [
        howTo("wake-word", "Wake word"),
        howTo("spoken-intents", "Spoken intents"),
        howTo("machine-sound", "Machine sound"),
        howTo("animals", "Animals"),
        doc("detection", "how-to", "Long recordings, live sound"),
        doc("server", "how-to", "Server"),
        doc("web", "how-to", "Web page"),
        doc("scale", "how-to", "Many recordings, queue"),
        howTo("python", "Python"),
        doc("export", "how-to", "Export"),
        doc("augment", "how-to", "Varied copies"),
      ],
    },
    {
      title: "Reference",
      pages: [
        doc("commands", "reference", "Commands"),
        doc("data", "reference", "Data"),
        doc("formats", "reference", "Audio formats"),
        doc("encoders", "reference", "Encoders"),
        doc("golem-folder", "reference", "The golem folder"),
        doc("json", "reference", "JSON documents"),
        doc("errors", "reference", "Errors and warnings"),
        { source: "api/modules.md", path: "reference/api/modules", title: "Library" },
      ],
    },
    {
      title: "Explanation",
      pages: [
        doc("lessons", "explanation", "Four lessons"),
        doc("scores", "explanation", "Scores"),
        doc("fusion", "explanation", "How an answer is made"),
        {
          source: "README.md",
          section: "How good is it?",
          path: "explanation/accuracy",
          title: "How good is it?",
        },
        doc("limits", "explanation", "Limits"),
        doc("security", "explanation", "Security"),
        { source: "ARCHITECTURE.md", path: "explanation/architecture", title: "Architecture" },
        { source: "CONTRIBUTING.md", path: "explanation/contributing", title: "Contributing" },
      ],
    },
    {
      title: "Measurements",
      collapsed: true,
      pages: [
        ...results.map(result),
        { source: "LOG.md", path: "measurements/log", title: "What did not work" },
      ],
    },
  ];
}

const russian = (name: string, path: string, title: string): Page => ({
  source: `docs/${name}.ru.md`,
  path: `ru/${path}`,
  title,
});

/** The Russian guide. */
export const russianOutline: readonly Group[] = [
  {
    title: "Руководство",
    pages: [
      russian("tutorial", "guide/tutorial", "За десять минут"),
      russian("studio", "guide/studio", "Студия"),
      russian("lessons", "guide/lessons", "Четыре урока"),
    ],
  },
  {
    title: "Как сделать",
    pages: [
      russian("how-to/wake-word", "how-to/wake-word", "Слово пробуждения"),
      russian("how-to/spoken-intents", "how-to/spoken-intents", "Намерения в речи"),
      russian("how-to/machine-sound", "how-to/machine-sound", "Звук машины"),
      russian("how-to/animals", "how-to/animals", "Голоса животных"),
      russian("how-to/python", "how-to/python", "Python"),
    ],
  },
];
