/** The images that labs are made of, as content. */
import type { ImageRecipe } from '../engine.ts';
import { bootScript } from './boot.ts';

export const SUITE = 'bookworm';
export const BASE_PACKAGES = ['ca-certificates'] as const;

const install = (...packages: readonly string[]) =>
  [
    'RUN apt-get update -qq',
    `DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${packages.join(' ')}`,
    'rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb',
  ].join(' && ');

/** Debian 12 with nothing that is not essential. Made by base.ts, not by a Dockerfile. */
export const baseImage: ImageRecipe = {
  name: 'base',
  dockerfile:
    `# ${SUITE} minbase ${BASE_PACKAGES.join(' ')} ${process.env['HEIIKI_BASE_IMAGE'] ?? ''}`.trim(),
};

/** Resolver, relays of every kind, namespace holder, gateway and witness. */
export const toolsImage: ImageRecipe = {
  name: 'tools',
  parent: baseImage,
  dockerfile: install(
    'iproute2',
    'nftables',
    'tcpdump',
    'dnsmasq-base',
    'curl',
    'squid-openssl',
    'tinyproxy-bin',
    'haproxy',
    'dante-server',
    'openssl',
    'procps',
  ),
};

/** Compiles C for other recipes, which take the result with `stages` and `COPY --from`. */
export const toolchain: ImageRecipe = {
  name: 'toolchain',
  parent: baseImage,
  dockerfile: install('gcc', 'libc6-dev'),
};

/** A business computer: one person's account, a boot that starts what is in /etc/boot.d. */
export const endpointBase: ImageRecipe = {
  name: 'endpoint',
  parent: baseImage,
  files: new Map([['boot', { content: Buffer.from(bootScript), mode: 0o755 }]]),
  dockerfile: [
    install('curl', 'passwd', 'procps'),
    'RUN getent group sudo >/dev/null || groupadd --system sudo',
    'RUN useradd --create-home --shell /bin/bash --gid staff staff \\',
    '  && install -d -o staff -g staff /home/staff/Documents /home/staff/Downloads \\',
    '  && install -d /etc/boot.d && touch /var/log/business.log',
    'COPY boot /sbin/heiiki-boot',
    'CMD ["/sbin/heiiki-boot"]',
  ].join('\n'),
};
