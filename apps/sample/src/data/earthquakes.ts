import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { CopyJson } from '../load/copy-text.ts';
import type { DataSet } from './data-set.ts';

/** One feature of the GeoJSON feed, as far as we read it; what is left over is kept as JSON. */
interface Feature {
  readonly id: string;
  readonly properties: CopyJson & {
    readonly mag: number;
    readonly place: string;
    /** Milliseconds since 1970 in UTC, like `updated`. */
    readonly time: number;
    readonly updated: number;
    readonly type: string;
    readonly status: string;
    /** A list with a comma before, between and after its items, like `types`. */
    readonly sources: string;
    readonly types: string;
  };
  readonly geometry: { readonly coordinates: readonly [longitude: number, latitude: number, depthKm: number] };
}

/** A week of earthquakes, the one of Hualien on 6 February 2018 among them. */
export const EARTHQUAKES: DataSet = {
  title: 'Earthquakes of 31 January to 7 February 2018',
  package: 'vega-datasets',
  source: 'U.S. Geological Survey, Earthquake Hazards Program',
  url: 'https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php',
  licence: 'U.S. public domain (data), BSD-3-Clause (package)',
  table: 'quake',
  columns: [
    'id',
    'at',
    'updated',
    'magnitude',
    'place',
    'latitude',
    'longitude',
    'depth_km',
    'kind',
    'status',
    'networks',
    'products',
    'properties',
  ],
  async rows() {
    const path = createRequire(import.meta.url).resolve('vega-datasets/data/earthquakes.json');
    const feed = JSON.parse(await readFile(path, 'utf8')) as { readonly features: readonly Feature[] };
    return feed.features.map(({ id, properties, geometry }) => {
      const { mag, place, time, updated, type, status, sources, types, ...rest } = properties;
      const [longitude, latitude, depthKm] = geometry.coordinates;
      return [
        id,
        new Date(time),
        new Date(updated),
        mag,
        place,
        latitude,
        longitude,
        depthKm,
        type,
        status,
        splitList(sources),
        splitList(types),
        rest,
      ];
    });
  },
};

function splitList(list: string): readonly string[] {
  return list.split(',').filter((item) => item !== '');
}
