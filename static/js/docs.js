// Starts Swagger UI on /docs. A file of its own: the page's policy allows no inline script.
const { SwaggerUIBundle } = /** @type {any} */ (window);

window.addEventListener("DOMContentLoaded", () => {
  const root = /** @type {HTMLElement} */ (document.getElementById("swagger-ui"));
  SwaggerUIBundle({
    url: root.dataset.openapi,
    domNode: root,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: null, // no badge from another host
  });
});
