// All that a plugin imports: layers and tensors with their operations, errors, random numbers,
// word vector files, and the protocols of this module.
@_exported import Basics
@_exported import Layers
@_exported import Tensors
@_exported import WordVectors

/// The version of the protocols between the program and its plugins; one number, raised whenever a
/// plugin has to be rebuilt.
public let encoderKitVersion = 1
