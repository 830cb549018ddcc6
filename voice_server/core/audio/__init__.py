"""Sound as int16 samples: conversion, resampling, joining, containers."""
