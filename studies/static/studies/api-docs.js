// Starts Swagger UI on the schema; its own validator badge would ask another host.
const place = document.getElementById("swagger");
window.SwaggerUIBundle({ url: place.dataset.schema, domNode: place, deepLinking: true, validatorUrl: null, presets: [window.SwaggerUIBundle.presets.apis] });
