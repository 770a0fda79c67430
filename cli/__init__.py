"""The command line, ``covers``: runs the tasks in this process or follows them on Render.

``reading`` reads options and sources, ``here`` runs tasks in this process, ``on_render`` follows them on Render, and
``showing`` draws what either reports. ``modes`` has what the command line can do, each with the options that it takes.
"""
