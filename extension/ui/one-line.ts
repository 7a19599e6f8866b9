/** What agents say of themselves and of files, made safe to read beside our own words. */

const nameMaxChars = 60;

/** Without line ends, and without marks that reorder what is read. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ');
}

/** Text of others is no markup: VS Code shows `$(name)` as an icon in a list, and in Markdown that may have icons. */
export function withoutIcons(text: string): string {
  return text.replaceAll(/\$\([\w~-]+\)/g, '\\$&');
}

/** An agent's own word for itself, which may be as long as it likes. */
export function shortName(text: string): string {
  return oneLine(text).slice(0, nameMaxChars);
}

/** For a notification: VS Code makes a link of `[label](target)` there, and a click on a `command:` runs that command. */
export function noticeText(text: string): string {
  return oneLine(text).replaceAll('](', '] (');
}
