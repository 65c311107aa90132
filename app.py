"""The composition root: wires capabilities to Chalice."""

from chalice.app import Chalice

from chalicelib.blog.routes import routes as blog
from chalicelib.media.routes import routes as media
from chalicelib.meta.routes import describing
from chalicelib.observe import logs
from chalicelib.settings import settings
from chalicelib.todos.routes import routes as todos

logs.configure()

app = Chalice(app_name="mytodolist", configure_logs=False)

capabilities = (todos, media, blog)
blueprints = (*capabilities, describing(capabilities))
for routes in blueprints:
    app.register_blueprint(routes)

if settings().is_local:
    # `chalice local` verifies nothing by itself; this makes it a gateway that does.
    from infra.local import gateway

    gateway.install(app)
