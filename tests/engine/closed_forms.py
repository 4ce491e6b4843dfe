"""Problems for optimizers and samplers whose answers are known on paper."""

import numpy as np


class Valley:
    """Rosenbrock's valley, mildly: least at (1, 1, ...), a sum of squares."""

    has_residuals = True
    steep = 3.0

    def __init__(self, size=2, bounded=True, start=0.6, offers_jacobian=False):
        self.names = tuple("abcdef"[:size])
        self.start = np.full(size, start)
        self.lower = np.full(size, -2.0 if bounded else -np.inf)
        self.upper = np.full(size, 3.0 if bounded else np.inf)
        self.offers_jacobian = offers_jacobian
        self.evaluated = []
        self.generations = []
        self.time_is_up = False

    def residuals(self, x):
        self.evaluated.append(np.array(x))
        x = np.asarray(x)
        return np.concatenate([[1 - x[0]], self.steep * (x[1:] - x[:-1] ** 2)])

    def cost(self, x):
        r = self.residuals(x)
        return float(r @ r)

    def costs(self, points):
        self.generations.append(len(points))
        return np.array([self.cost(x) for x in points])

    def jacobian(self, x):
        if not self.offers_jacobian:
            return None
        rows = np.zeros((len(x), len(x)))
        rows[0, 0] = -1.0
        for i in range(1, len(x)):
            rows[i, i], rows[i, i - 1] = self.steep, -2 * self.steep * x[i - 1]
        return rows

    def values(self, x):
        return {name: float(value) for name, value in zip(self.names, x, strict=True)}

    def stop(self):
        return self.time_is_up

    def restricted(self, names, fixed):
        return Slice(self, names, fixed)


class Slice(Valley):
    """A problem with some parameters held."""

    def __init__(self, whole, names, fixed):
        self.whole, self.fixed = whole, np.array(fixed)
        self.at = [whole.names.index(name) for name in names]
        super().__init__(len(names))
        self.names = tuple(names)
        self.start = self.fixed[self.at]
        self.lower, self.upper = whole.lower[self.at], whole.upper[self.at]

    def residuals(self, x):
        point = self.fixed.copy()
        point[self.at] = x
        return self.whole.residuals(point)


class Line(Valley):
    """Residuals that are linear in the coordinates: ``A x - b``."""

    def __init__(self, matrix, target, lower, upper, start):
        super().__init__(len(start))
        self.matrix, self.target = np.asarray(matrix, float), np.asarray(target, float)
        self.lower, self.upper = np.asarray(lower, float), np.asarray(upper, float)
        self.start = np.asarray(start, float)

    def residuals(self, x):
        self.evaluated.append(np.array(x))
        return self.matrix @ x - self.target


class Bell(Valley):
    """A normal posterior of two correlated parameters, the second seen as its logarithm.

    The coordinates are normal, so that the second parameter is log-normal.
    """

    mean = np.array([1.0, 0.7])
    covariance = np.array([[4e-4, 1e-4], [1e-4, 1e-4]])

    def __init__(self, start=(1.03, 0.69)):
        super().__init__(2)
        self.start = np.array(start)
        self.lower, self.upper = np.zeros(2), np.full(2, 3.0)
        self._inverse = np.linalg.inv(self.covariance)

    def values(self, x):
        return {"a": float(x[0]), "b": float(np.exp(x[1]))}

    def log_likelihood(self, x):
        self.evaluated.append(np.array(x))
        d = np.asarray(x) - self.mean
        return float(-0.5 * d @ self._inverse @ d)

    def log_prior(self, x):
        inside = (x >= self.lower).all() and (x <= self.upper).all()
        return 0.0 if inside else -np.inf

    def cost(self, x):
        return -self.log_likelihood(x)
