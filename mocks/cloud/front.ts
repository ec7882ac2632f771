/**
 * What listens before the cloud. Two fronts pass one contract suite (front-contract.ts): mockttp, and Node's own server,
 * which takes about a tenth of the time per request and is for load and for certificates that mockttp does not make.
 */
import type { Answered, CloudRequest } from './exchange.ts';

export const FRONTS = ['mockttp', 'node'] as const;
export type FrontKind = (typeof FRONTS)[number];
export const isFront = (word: string): word is FrontKind => (FRONTS as readonly string[]).includes(word);

const MAX_BODY = 16 * 1024 * 1024;
export const mostOf = ({ maxBody = MAX_BODY }: FrontOptions): number => maxBody;

export interface Front {
  readonly port: number;
  /** Ends what is open; resolves when the port is free. */
  close(): Promise<void>;
}

export interface FrontOptions {
  readonly port: number;
  readonly authority: { certPem: string; keyPem: string };
  readonly defaultDomain: string;
  readonly handle: (request: CloudRequest) => Promise<Answered>;
  /** something that never became a request, in words (failed handshake, not HTTP) */
  readonly onOddity: (text: string) => void;
  /** bytes; of a longer body nothing is kept, and the cloud is handed an empty one */
  readonly maxBody?: number;
}
