/** The site's configuration: its pages are those that pages.ts wrote. */
import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import type { Group } from "../outline.ts";

const { english, russian } = JSON.parse(readFileSync("site/pages/outline.json", "utf8")) as Record<
  "english" | "russian",
  readonly Group[]
>;
const toSidebar = (groups: readonly Group[]) =>
  groups.map(({ title, pages, collapsed }) => ({
    text: title,
    ...(collapsed === undefined ? {} : { collapsed }),
    items: pages.map((page) => ({ text: page.title, link: `/${page.path}` })),
  }));

export default defineConfig({
  title: "Golem",
  description: "Few-shot audio classification by transfer learning.",
  srcDir: "pages",
  outDir: "dist",
  cacheDir: "node_modules/.cache",
  // Relative addresses work in any folder of any server, and from a disk.
  base: process.env.GOLEM_SITE_BASE ?? "/",
  cleanUrls: false,
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: { theme: { light: "github-light-high-contrast", dark: "github-dark" } },
  themeConfig: {
    search: {
      provider: "local",
      options: {
        locales: {
          ru: {
            translations: {
              button: { buttonText: "Поиск", buttonAriaLabel: "Поиск" },
              modal: {
                noResultsText: "Ничего не найдено:",
                resetButtonTitle: "Очистить",
                displayDetails: "Подробно",
                footer: { selectText: "открыть", navigateText: "выбрать", closeText: "закрыть" },
              },
            },
          },
        },
      },
    },
    outline: [2, 3],
    // The languages have different pages: the menu leads to the front page of the other.
    i18nRouting: false,
  },
  locales: {
    root: {
      label: "English",
      lang: "en",
      themeConfig: {
        nav: [
          { text: "Guide", link: "/guide/tutorial", activeMatch: "^/guide/" },
          { text: "How to", link: "/how-to/wake-word", activeMatch: "^/how-to/" },
          { text: "Reference", link: "/reference/commands", activeMatch: "^/reference/" },
          { text: "Explanation", link: "/explanation/lessons", activeMatch: "^/explanation/" },
        ],
        sidebar: toSidebar(english),
      },
    },
    ru: {
      label: "Русский",
      lang: "ru",
      themeConfig: {
        nav: [
          { text: "Руководство", link: "/ru/guide/tutorial", activeMatch: "^/ru/guide/" },
          { text: "Как сделать", link: "/ru/how-to/wake-word", activeMatch: "^/ru/how-to/" },
          { text: "Справочник", link: "/reference/commands" },
        ],
        sidebar: toSidebar(russian),
        outline: { level: [2, 3], label: "На этой странице" },
        docFooter: { prev: "Назад", next: "Дальше" },
        darkModeSwitchLabel: "Оформление",
        sidebarMenuLabel: "Содержание",
        returnToTopLabel: "Наверх",
      },
    },
  },
});
