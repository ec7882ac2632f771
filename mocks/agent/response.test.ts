import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { Config } from './config.ts';
import type { Link } from './link.ts';
import { ways } from './response.ts';

const CLOUD = { host: 'edr.cloud.test', port: 443 };
const RELAY = { host: '10.0.0.1', port: 3128 };
const open = (connectivity: Config['connectivity'], relays: readonly (typeof RELAY)[]) =>
  ways({
    config: () => ({ connectivity, cloud: CLOUD, update: null }) as unknown as Config,
    link: { relays } as unknown as Link,
  });

describe('what stays open while an endpoint is isolated', () => {
  it('is the relay alone for one that is bound to it', () => {
    expect(open('relay-only', [RELAY])).to.deep.equal([RELAY]);
    expect(open('relay-preferred', [RELAY])).to.deep.equal([RELAY, CLOUD]);
  });
  it('is the cloud where it was told that there is no relay', () => {
    expect(open('relay-only', [])).to.deep.equal([CLOUD]);
  });
});
