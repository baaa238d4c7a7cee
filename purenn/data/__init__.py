"""Data: reading CSV and IDX files, toy sets, two small real sets, shuffle, split and scale.

A Dataset holds features (a row source: packed numbers that become floats when taken) and
targets (class numbers, or values to predict). Every reader checks all that it reads; what it
cannot use is a DataError with the file, the line and the column.
"""

from purenn.data.columns import Column, Columns, EncodedRows, columns_from_dict
from purenn.data.csv_files import read_csv, read_csv_features
from purenn.data.dataset import Dataset
from purenn.data.idx import (
    IdxArray,
    read_idx,
    read_idx_folder,
    read_idx_images,
    read_idx_labels,
    read_idx_pair,
)
from purenn.data.messages import DataFileError
from purenn.data.named import load_sample, sample_names
from purenn.data.rows import ByteRows, FloatRows, RowIndexError, RowSource
from purenn.data.scalers import (
    ConstantScaler,
    MinMaxScaler,
    ScaledRows,
    Scaler,
    StandardScaler,
    scale,
    scaler_from_dict,
)
from purenn.data.small_sets import load_digits, load_iris
from purenn.data.toys import circles, noisy_sine, spirals, two_moons, xor
from purenn.data.transforms import one_hot, shuffle, split

__all__ = [
    "ByteRows",
    "Column",
    "Columns",
    "ConstantScaler",
    "DataFileError",
    "Dataset",
    "EncodedRows",
    "FloatRows",
    "IdxArray",
    "MinMaxScaler",
    "RowIndexError",
    "RowSource",
    "ScaledRows",
    "Scaler",
    "StandardScaler",
    "circles",
    "columns_from_dict",
    "load_digits",
    "load_iris",
    "load_sample",
    "noisy_sine",
    "one_hot",
    "read_csv",
    "read_csv_features",
    "read_idx",
    "read_idx_folder",
    "read_idx_images",
    "read_idx_labels",
    "read_idx_pair",
    "sample_names",
    "scale",
    "scaler_from_dict",
    "shuffle",
    "spirals",
    "split",
    "two_moons",
    "xor",
]
