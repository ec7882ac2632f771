/** @jsxRuntime automatic @jsxImportSource preact */
/** A section of the report: heading, a sentence of explanation, content. */
import type { ComponentChildren, JSX } from 'preact';
import { T } from './parts.tsx';
import type { Both } from './texts.ts';

export function Section({
  id,
  title,
  hint,
  children,
}: {
  id: string;
  title: Both;
  hint?: Both;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <header class="section-head">
        <h2 id={`${id}-title`}>
          <T t={title} />
        </h2>
        {hint === undefined ? null : (
          <p>
            <T t={hint} />
          </p>
        )}
      </header>
      {children}
    </section>
  );
}
