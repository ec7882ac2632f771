/** @jsxRuntime automatic @jsxImportSource preact */
/** The drawing: zones on top, bands through all lanes, one lane per kind of event. Units are SVG pixels. */
import type { JSX } from 'preact';
import type { Lane, Mark, Span, Timeline } from './timeline-model.ts';

const LEFT = 150;
const RIGHT = 16;
const WIDTH = 1160;
const LANE = 26;
const TOP = 66;

interface Scale {
  x(seconds: number): number;
  readonly bottom: number;
}

export function TimelineChart({ timeline }: { timeline: Timeline }): JSX.Element {
  const { lanes, seconds, zones, faults, moves } = timeline;
  const bottom = TOP + lanes.length * LANE;
  const scale: Scale = { x: (s) => LEFT + (s / seconds) * (WIDTH - LEFT - RIGHT), bottom };
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${bottom + 30}`}
      role="img"
      aria-label="Timeline; the same events are listed below"
    >
      {zones.map((z) => (
        <Zone span={z} scale={scale} />
      ))}
      <Axis seconds={seconds} scale={scale} />
      {faults.map((f, i) => (
        <Band span={f} scale={scale} name="band-fault" row={i % 2} />
      ))}
      {moves.map((m, i) => (
        <Band span={m} scale={scale} name="band-move" row={i % 2} />
      ))}
      {lanes.map((lane, i) => (
        <LaneRow lane={lane} y={TOP + i * LANE} scale={scale} />
      ))}
    </svg>
  );
}

function Zone({ span, scale }: { span: Span; scale: Scale }): JSX.Element {
  const [x, end] = [scale.x(span.from), scale.x(span.to)];
  return (
    <g>
      <rect class="zone" x={x} y={6} width={Math.max(1, end - x)} height={22} />
      {end - x > span.label.length * 6 ? (
        <text x={x + 6} y={21}>
          {span.label}
        </text>
      ) : (
        <title>{span.label}</title>
      )}
    </g>
  );
}

function Band({
  span,
  scale,
  name,
  row,
}: {
  span: Span;
  scale: Scale;
  name: string;
  row: number;
}): JSX.Element {
  const [x, end] = [scale.x(span.from), scale.x(span.to)];
  const near = x > WIDTH - 220;
  return (
    <g>
      <rect class={name} x={x} y={30} width={Math.max(2, end - x)} height={scale.bottom - 30} />
      {name === 'band-fault'
        ? [x, end].map((edge) => <line class="band-edge" x1={edge} x2={edge} y1={30} y2={scale.bottom} />)
        : null}
      <text x={near ? end - 2 : x + 4} y={43 + row * 15} text-anchor={near ? 'end' : 'start'}>
        {span.label}
      </text>
    </g>
  );
}

function Axis({ seconds, scale }: { seconds: number; scale: Scale }): JSX.Element {
  const step = tick(seconds);
  const ticks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step);
  return (
    <g>
      {ticks.map((s) => (
        <g>
          <line class="grid" x1={scale.x(s)} x2={scale.x(s)} y1={TOP - 8} y2={scale.bottom} />
          <text
            class="soft"
            x={scale.x(s)}
            y={scale.bottom + 18}
            text-anchor="middle"
          >{`${Number(s.toFixed(3))} s`}</text>
        </g>
      ))}
    </g>
  );
}
/** A round step that gives four to twelve ticks. */
function tick(seconds: number): number {
  const power = 10 ** Math.floor(Math.log10(seconds / 4));
  return [5, 2, 1].map((m) => m * power).find((step) => seconds / step >= 4) ?? power;
}

function LaneRow({ lane, y, scale }: { lane: Lane; y: number; scale: Scale }): JSX.Element {
  return (
    <g>
      <line class="lane" x1={0} x2={WIDTH} y1={y + LANE} y2={y + LANE} />
      <text class="soft" x={10} y={y + 17}>
        {lane.label}
      </text>
      {lane.marks.map((mark) =>
        lane.kind === 'bars' ? (
          <Bar mark={mark} y={y} scale={scale} />
        ) : (
          <Dot mark={mark} y={y} scale={scale} />
        ),
      )}
    </g>
  );
}

function Bar({ mark, y, scale }: { mark: Mark; y: number; scale: Scale }): JSX.Element {
  const height = 3 + mark.weight * (LANE - 9);
  return (
    <rect class={`t-${mark.tone}`} x={scale.x(mark.at)} y={y + LANE - 3 - height} width={3.2} height={height}>
      <title>{`${mark.at.toFixed(2)} s: ${mark.text}`}</title>
    </rect>
  );
}

/** Shapes by tone: a diamond for what went wrong, a disc for the rest. */
function Dot({ mark, y, scale }: { mark: Mark; y: number; scale: Scale }): JSX.Element {
  const [x, middle] = [scale.x(mark.at), y + LANE / 2];
  const title = <title>{`${mark.at.toFixed(2)} s: ${mark.text}`}</title>;
  if (mark.tone === 'bad') {
    return (
      <path class="t-bad" d={`M${x} ${middle - 6}l6 6l-6 6l-6-6z`}>
        {title}
      </path>
    );
  }
  return (
    <circle class={`t-${mark.tone}`} cx={x} cy={middle} r={mark.tone === 'quiet' ? 3 : 4.5}>
      {title}
    </circle>
  );
}
