/**
 * Small pictures on buttons.
 *
 * Not its concern: what the buttons do.
 */

const paths = {
  play: "M4 2.5v11l9-5.5z",
  stop: "M3.5 3.5h9v9h-9z",
  delete: "M6 2h4l1 1h3v1.5H2V3h3zM3.5 5.5h9L12 14H4z",
  edit: "M2 11.2 10.6 2.6l2.8 2.8L4.8 14H2zM11.4 1.8l1-1a1 1 0 0 1 1.4 0l1.4 1.4a1 1 0 0 1 0 1.4l-1 1z",
  plus: "M7.2 2h1.6v5.2H14v1.6H8.8V14H7.2V8.8H2V7.2h5.2z",
  close: "M3.4 2.3 8 6.9l4.6-4.6 1.1 1.1L9.1 8l4.6 4.6-1.1 1.1L8 9.1l-4.6 4.6-1.1-1.1L6.9 8 2.3 3.4z",
} as const;

/** One of the pictures; hidden from screen readers: the button has a name. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The studio's logo. */
export function Logo() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M3 10v4M7.5 6v12M12 9v6M16.5 3.5v17M21 10.5v3"
        stroke="currentColor"
        stroke-width="2.4"
        stroke-linecap="round"
        fill="none"
      />
    </svg>
  );
}
