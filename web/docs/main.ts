import 'swagger-ui-dist/swagger-ui.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

SwaggerUI({
  dom_id: '#docs',
  url: '/openapi.json',
  // Names no other origin: the validator that the viewer would ask is one.
  validatorUrl: null,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
});
