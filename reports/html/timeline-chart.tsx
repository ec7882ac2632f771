/** @jsxRuntime automatic @jsxImportSource preact */
/**
 * The drawing: zones on top, bands through all lanes, one lane for each kind of event. Each lane is a drawing of its
 * own that is stretched to the width there is, from a telephone's to a wall's; strokes and words are not stretched.
 */
import type { JSX } from 'preact';
import { T } from './parts.tsx';
import { both, type Both } from './texts.ts';
import type { Band, Span } from './timeline-bands.ts';
import { COLUMNS, type Lane, type Mark } from './timeline-lanes.ts';
import type { Timeline } from './timeline-model.ts';

/** Units of a lane's drawing. */
const WIDTH = 1000;
const HEIGHT = 24;
/** More bands than these cannot be told apart; the list of events has them all. */
const MAX_BANDS = 40;

const WORDS = {
  network: both('network', 'ネットワーク'),
  bands: both('faults, moves', '障害・移動'),
  seconds: both('seconds', '秒'),
} as const;

interface Scale {
  /** seconds → units of a lane's drawing */
  x(seconds: number): number;
  /** seconds → per cent of the width */
  percent(seconds: number): string;
}

export function TimelineChart({ timeline }: { timeline: Timeline }): JSX.Element {
  const { lanes, seconds, zones } = timeline;
  const bands = timeline.bands.slice(0, MAX_BANDS);
  const scale: Scale = {
    x: (s) => Number(((s / seconds) * WIDTH).toFixed(1)),
    percent: (s) => `${((s / seconds) * 100).toFixed(2)}%`,
  };
  return (
    <>
      <div class="plot">
        <Behind bands={bands} seconds={seconds} scale={scale} />
        <Zones zones={zones} scale={scale} />
        {bands.length === 0 ? null : <Tags bands={bands} scale={scale} />}
        {lanes.map((lane) => (
          <LaneRow lane={lane} scale={scale} />
        ))}
        <Axis seconds={seconds} scale={scale} />
      </div>
      {bands.length === 0 ? null : <BandList bands={bands} />}
    </>
  );
}

/** Bands and the grid of seconds, behind everything. */
function Behind({
  bands,
  seconds,
  scale,
}: {
  bands: readonly Band[];
  seconds: number;
  scale: Scale;
}): JSX.Element {
  return (
    <svg class="behind" viewBox={`0 0 ${WIDTH} 100`} preserveAspectRatio="none" aria-hidden="true">
      {ticks(seconds).map((s) => (
        <path class="grid" d={`M${scale.x(s)} 0V100`} />
      ))}
      {bands.map(({ kind, from, to }) => {
        const [x, end] = [scale.x(from), scale.x(to)];
        return (
          <g class={`band-${kind}`}>
            <rect x={x} y={0} width={Math.max(1, end - x)} height={100} />
            <path d={end === x ? `M${x} 0V100` : `M${x} 0V100M${end} 0V100`} />
          </g>
        );
      })}
    </svg>
  );
}

function Zones({ zones, scale }: { zones: readonly Span[]; scale: Scale }): JSX.Element {
  return (
    <div class="lane">
      <LaneName name={WORDS.network} />
      <div class="track">
        {zones.map(({ from, to, label }) => (
          <span class="zone" style={{ left: scale.percent(from), width: scale.percent(to - from) }}>
            <T t={label} />
          </span>
        ))}
      </div>
    </div>
  );
}

/** Numbers at the beginning of each band; the list below says what they are. */
function Tags({ bands, scale }: { bands: readonly Band[]; scale: Scale }): JSX.Element {
  return (
    <div class="lane tags">
      <LaneName name={WORDS.bands} />
      <div class="track">
        {bands.map(({ kind, from }, i) => (
          <span class={`tag tag-${kind}`} style={{ left: scale.percent(from) }}>
            {i + 1}
          </span>
        ))}
      </div>
    </div>
  );
}

function BandList({ bands }: { bands: readonly Band[] }): JSX.Element {
  return (
    <ol class="band-list">
      {bands.map(({ kind, from, to, label, detail }, i) => (
        <li>
          <span class={`tag tag-${kind}`}>{i + 1}</span>
          <span class="when">{to === from ? from.toFixed(1) : `${from.toFixed(1)}–${to.toFixed(1)}`}</span>
          <span>
            <T t={label} />
            {detail === '' ? null : <span class="quiet"> {detail}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

function LaneRow({ lane, scale }: { lane: Lane; scale: Scale }): JSX.Element {
  return (
    <div class="lane">
      <LaneName name={lane.label} sum={lane.sum} />
      <svg
        class="track"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${lane.label.en}: ${lane.sum.en}`}
      >
        {lane.marks.map((mark, i) => (
          <path class={`${lane.kind} t-${mark.tone}`} d={shapeOf(lane, mark, { i, scale })}>
            <title data-ja={titleOf(mark).ja}>{titleOf(mark).en}</title>
          </path>
        ))}
      </svg>
    </div>
  );
}

function LaneName({ name, sum }: { name: Both; sum?: Both }): JSX.Element {
  return (
    <p class="lane-name">
      <T t={name} />
      {sum === undefined ? null : (
        <span class="quiet">
          <T t={sum} />
        </span>
      )}
    </p>
  );
}

const titleOf = ({ at, text }: Mark): Both =>
  both(`${at.toFixed(2)} s: ${text.en}`, `${at.toFixed(2)}秒：${text.ja}`);

/** Bars stand on the ground; dots are strokes without a length; lines that overlap are kept apart in three rows. */
function shapeOf({ kind }: Lane, mark: Mark, { i, scale }: { i: number; scale: Scale }): string {
  const x = scale.x(mark.at);
  if (kind === 'bars') {
    const height = (4 + mark.weight * (HEIGHT - 6)).toFixed(1);
    return `M${x} ${HEIGHT}v-${height}h${((WIDTH / COLUMNS) * 0.9).toFixed(1)}v${height}z`;
  }
  if (kind === 'dots') return `M${x} ${HEIGHT / 2}h.01`;
  const y = 5 + (i % 3) * 7;
  return `M${x} ${y}H${Math.max(x + 0.01, scale.x(mark.to ?? mark.at))}`;
}

function Axis({ seconds, scale }: { seconds: number; scale: Scale }): JSX.Element {
  return (
    <div class="lane axis">
      <LaneName name={WORDS.seconds} />
      <div class="track">
        {ticks(seconds).map((s, i) => (
          <span class={i % 2 === 1 ? 'odd' : ''} style={{ left: scale.percent(s) }}>
            {Number(s.toFixed(3))}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Round steps that give four to twelve ticks. */
function ticks(seconds: number): number[] {
  const power = 10 ** Math.floor(Math.log10(seconds / 4));
  const step = [5, 2, 1].map((m) => m * power).find((each) => seconds / each >= 4) ?? power;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step);
}
