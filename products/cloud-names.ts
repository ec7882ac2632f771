/** The vendor's cloud as the labs know it: whatever the vendor's own is called, nothing else is there. */
export const CLOUD_HOST = 'edr.cloud.test';
/** where content and new versions come from */
export const CDN_HOST = 'cdn.cloud.test';

export const DESTINATIONS = [`${CLOUD_HOST}:443`, `${CDN_HOST}:443`] as const;
