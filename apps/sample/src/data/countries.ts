import { continents, countries } from 'countries-list';
import type { DataSet } from './data-set.ts';

/** The countries of the world: names in their own script, languages, currencies, calling codes. */
export const COUNTRIES: DataSet = {
  title: 'Countries, languages and continents',
  package: 'countries-list',
  source: 'Annexare Studio',
  url: 'https://annexare.github.io/Countries/',
  licence: 'MIT',
  table: 'country',
  columns: ['code', 'name', 'native', 'continent', 'capital', 'languages', 'currencies', 'calling_codes', 'details'],
  async rows() {
    return Object.entries(countries).map(([code, country]) => {
      const { name, native, continent, capital, languages, currency, phone, ...details } = country;
      return [
        code,
        name,
        native,
        continents[continent],
        capital === '' ? null : capital,
        languages,
        currency,
        phone,
        { ...details },
      ];
    });
  },
};
