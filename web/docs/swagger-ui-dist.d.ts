/** The viewer of the API's document; what this page asks of it. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export default function SwaggerUI(options: {
    readonly dom_id: string;
    readonly url: string;
    readonly validatorUrl: null;
    readonly deepLinking: boolean;
    readonly defaultModelsExpandDepth: number;
  }): void;
}
