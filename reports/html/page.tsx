/** @jsxRuntime automatic @jsxImportSource preact */
/** The frame of every page: one file, nothing is fetched, and the browser is told so. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentChildren, JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { TEXT, type Both } from './texts.ts';
import { T } from './parts.tsx';

const asset = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";

export function LanguageButton(): JSX.Element {
  return (
    <button type="button" class="language needs-script" data-language>
      <span class="en" lang="ja">
        {TEXT.switchTo.en}
      </span>
      <span class="ja" lang="en">
        {TEXT.switchTo.ja}
      </span>
    </button>
  );
}

/** A complete document. English without script; with it the reader's language, or `?lang=ja`. */
export function page(title: Both, body: ComponentChildren): string {
  const html = renderToString(
    <html lang="en" data-title-en={title.en} data-title-ja={title.ja}>
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>{title.en}</title>
        <style dangerouslySetInnerHTML={{ __html: asset('style.css') }} />
        <script dangerouslySetInnerHTML={{ __html: asset('behaviour.mjs') }} />
      </head>
      <body>{body}</body>
    </html>,
  );
  return `<!doctype html>\n${html}\n`;
}

export function Skip(): JSX.Element {
  return (
    <a class="skip" href="#products">
      <T t={TEXT.skip} />
    </a>
  );
}
