import { modHeaders as catalogue } from '../../../grammar/catalogue/mod_headers.ts';
import { defineModule } from '../module.ts';

export const modHeaders = defineModule(catalogue, {
  directives: {
    Header: { notServed: 'Response headers are not edited.' },
    RequestHeader: { notServed: 'Request headers are not edited before the application sees them.' },
  },
});
