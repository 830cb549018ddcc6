"""Sound as int16 samples: conversion, resampling, mixing, and the header of WAV files."""
