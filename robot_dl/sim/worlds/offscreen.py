"""Pictures without a window: an OpenGL context of EGL or OSMesa, and what is read from it."""

from __future__ import annotations

import atexit
import ctypes.util
import importlib
import os
import sys
import threading
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

APT = 'apt-get install libegl1 libgl1-mesa-dri   (or libosmesa6)'
_LIBRARIES = {'egl': 'EGL', 'osmesa': 'OSMesa'}
_OF_THREAD = threading.local()


def choose_backend() -> str:
    """Return the value of MUJOCO_GL, which is set first where it is unset.

    EGL is taken where it is installed, also beside a display: nothing here needs a window.

    Raises:
        RuntimeError: There is no EGL, no OSMesa and no display.
    """
    chosen = os.environ.get('MUJOCO_GL', '')
    if chosen or sys.platform != 'linux':
        return chosen
    for name, library in _LIBRARIES.items():
        if ctypes.util.find_library(library):
            os.environ['MUJOCO_GL'] = name
            return name
    if os.environ.get('DISPLAY'):
        return ''
    raise RuntimeError(f'MuJoCo finds neither EGL nor OSMesa to render with; install one: {APT}')


def import_mujoco() -> ModuleType:
    """Import MuJoCo with a backend that renders on this machine."""
    choose_backend()
    import mujoco

    return mujoco


def _context(size_hw: tuple[int, int]) -> Any:
    """Return this thread's OpenGL context for one size, opened when it is first asked for.

    It lives as long as the process, because a fresh one compiles its shaders again: that makes the
    second world of a process ready in a fifth of the time of the first.
    """
    contexts: dict[tuple[int, int], Any] = _OF_THREAD.__dict__
    if size_hw not in contexts:
        contexts[size_hw] = _open_context(size_hw)
        atexit.register(contexts[size_hw].free)
    return contexts[size_hw]


def _open_context(size_hw: tuple[int, int]) -> Any:
    """Open a context of the chosen backend, whatever MuJoCo chose at its import."""
    mujoco, backend = import_mujoco(), choose_backend()
    known = importlib.import_module(f'mujoco.{backend}') if backend in _LIBRARIES else mujoco
    return known.GLContext(size_hw[1], size_hw[0])


class Offscreen:
    """Renders one compiled model into arrays. Belongs to the thread that made it."""

    def __init__(self, model: Any, size_hw: tuple[int, int]) -> None:
        """Prepare for pictures of `size_hw`.

        Raises:
            RuntimeError: No OpenGL context could be made.
        """
        mujoco = import_mujoco()
        self._mujoco, self._model, self.size_hw = mujoco, model, size_hw
        try:
            self._gl = _context(size_hw)
            self._gl.make_current()
            self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        except Exception as error:
            backend = os.environ.get('MUJOCO_GL', 'unset')
            message = f'no OpenGL context (MUJOCO_GL={backend}): {error}. Is it installed? {APT}'
            raise RuntimeError(message) from error
        self._context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR.value
        self._scene = mujoco.MjvScene(model, maxgeom=1000)
        self._option = mujoco.MjvOption()
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED.value
        self._camera.fixedcamid = 0

    def _draw(self, model_state: Any, size_hw: tuple[int, int], groups: list[int]) -> Any:
        self._gl.make_current()
        # Another world may have drawn in the same OpenGL context since.
        offscreen = self._mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value
        self._mujoco.mjr_setBuffer(offscreen, self._context)
        self._option.geomgroup[:] = [int(k in groups) for k in range(len(self._option.geomgroup))]
        every = self._mujoco.mjtCatBit.mjCAT_ALL.value
        self._mujoco.mjv_updateScene(
            self._model, model_state, self._option, None, self._camera, every, self._scene
        )
        window = self._mujoco.MjrRect(0, 0, size_hw[1], size_hw[0])
        self._mujoco.mjr_render(window, self._scene, self._context)
        return window

    def _draw_labels(self, model_state: Any, size_hw: tuple[int, int], groups: list[int]) -> Any:
        """Draw each geom in a colour that says which it is, without light."""
        kinds, flags = self._mujoco.mjtRndFlag, self._scene.flags
        both = [kinds.mjRND_SEGMENT.value, kinds.mjRND_IDCOLOR.value]
        flags[both] = True
        window = self._draw(model_state, size_hw, groups)
        flags[both] = False
        return window

    def rgb(self, model_state: Any) -> NDArray[np.uint8]:
        """Return colour [H, W, 3]."""
        window = self._draw(model_state, self.size_hw, [0, 1, 2])
        pixels = np.empty((*self.size_hw, 3), np.uint8)
        self._mujoco.mjr_readPixels(pixels, None, window, self._context)
        return pixels[::-1]

    def depth(self, model_state: Any) -> NDArray[np.float32]:
        """Return the distance along the view axis [H, W] in metres, NaN where nothing is hit."""
        # Drawn as labels, because the sky of a coloured picture is a box that has a depth.
        window = self._draw_labels(model_state, self.size_hw, [0, 1, 2])
        depth = np.empty(self.size_hw, np.float32)
        self._mujoco.mjr_readPixels(None, depth, window, self._context)
        return self._metres(depth[::-1])

    def _metres(self, depth: NDArray[np.float32]) -> NDArray[np.float32]:
        """Undo the reversed z-buffer (1 near, 0 far); NaN where nothing was hit."""
        extent = self._model.stat.extent
        near, far = self._model.vis.map.znear * extent, self._model.vis.map.zfar * extent
        z = depth.astype(np.float64)
        metres = near * far / (near + z * (far - near))
        return np.where(z <= 0.0, np.nan, metres).astype(np.float32)

    def geom_ids(
        self, model_state: Any, size_hw: tuple[int, int], groups: list[int]
    ) -> NDArray[np.int32]:
        """Return which geom each pixel shows [h, w], or -1; `size_hw` at most the context's.

        Only geoms of the given groups are drawn.
        """
        window = self._draw_labels(model_state, size_hw, groups)
        pixels = np.empty((*size_hw, 3), np.uint8)
        self._mujoco.mjr_readPixels(pixels, None, window, self._context)
        return self._geoms_of(pixels[::-1])

    def _geoms_of(self, pixels: NDArray[np.uint8]) -> NDArray[np.int32]:
        """Decode colours r + 256 g + 65536 b, which are 1 + the number in the scene."""
        number = pixels[..., 0].astype(np.int32) + 256 * pixels[..., 1].astype(np.int32)
        lookup = np.full(self._scene.ngeom + 1, -1, np.int32)
        geom = self._mujoco.mjtObj.mjOBJ_GEOM.value
        for item in self._scene.geoms[: self._scene.ngeom]:
            if item.segid >= 0 and item.objtype == geom:
                lookup[item.segid + 1] = item.objid
        return lookup[np.minimum(number, self._scene.ngeom)]

    def geom_ids_and_depth(
        self, model_state: Any, size_hw: tuple[int, int]
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return `geom_ids` of all groups and `depth`, both [h, w], drawn at once."""
        window = self._draw_labels(model_state, size_hw, [0, 1, 2])
        pixels, depth = np.empty((*size_hw, 3), np.uint8), np.empty(size_hw, np.float32)
        self._mujoco.mjr_readPixels(pixels, depth, window, self._context)
        return self._geoms_of(pixels[::-1]), self._metres(depth[::-1])

    def close(self) -> None:
        """Release what the model occupies in the context. Safe to call twice."""
        if self._gl is not None:
            self._gl.make_current()
            self._context.free()
            self._gl = None
