import EncoderKit
import Training

/// The part of the script that reads a picture and runs a library's model of the encoder.
struct ImageLoader {
  let branch: ImageBranch
  let library: ImageDetails.Library
  /// The key of the published classifier, which is left out.
  let classifier: String
  /// Whether the library's model is made for images of one size.
  let isMadeForSize: Bool

  var text: String {
    let prefixes =
      branch.members == 1
      ? ["image."] : (1...branch.members).map { "image.member\($0)." }
    let average =
      branch.averagesFlip
      ? "(model(x) + model(x.flip(3))) / 2" : "model(x)"
    return """

      def picture(path):
          with open(path, "rb") as file:
              head = file.read(25)
          if head[:8] == b"\\x89PNG\\r\\n\\x1a\\n" and head[24:] == b"\\x10":
              raise SystemExit(f"{path} is a 16-bit PNG, which Pillow would clip or cut; zoo predict reads it")
          image = ImageOps.exif_transpose(Image.open(path)).convert("\(branch.preprocessing.channels == 1 ? "L" : "RGB")")
      \(fitting)
          x = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
          x = x.view(\(branch.preprocessing.size), \(branch.preprocessing.size), \(branch.preprocessing.channels)).permute(2, 0, 1) / 255
          mean, deviation = \(normalization)
          return ((x - torch.tensor(mean).view(-1, 1, 1)) / torch.tensor(deviation).view(-1, 1, 1))[None]


      def image_features(tensors, path):
          x, parts = picture(path), []
          for prefix in \(python(prefixes)):
      \(model)        own = {key[len(prefix):]: value for key, value in tensors.items() if key.startswith(prefix)}
              model.load_state_dict(own, strict=True)
              model.eval()
              parts.append(\(average))
          return torch.cat(parts, 1)
      """
  }

  private var fitting: String {
    let size = branch.preprocessing.size
    switch branch.preprocessing.fit {
    case .crop:
      return """
            shorter = min(image.size)
            image = image.resize([\(branch.preprocessing.resize) * side // shorter for side in image.size], Image.Resampling.BILINEAR)
            left, top = (round((side - \(size)) / 2) for side in image.size)
            image = image.crop((left, top, left + \(size), top + \(size)))
        """
    case .pad:
      return """
            side = max(image.size)
            square = Image.new(image.mode, (side, side))
            square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
            image = square.resize((\(size), \(size)), Image.Resampling.BILINEAR)
        """
    case .stretch:
      return "    image = image.resize((\(size), \(size)), Image.Resampling.BILINEAR)"
    }
  }

  private var normalization: String {
    let (mean, deviation) = (
      branch.pixels.normalization?.mean ?? [0], branch.pixels.normalization?.deviation ?? [1]
    )
    return "\(mean), \(deviation)"
  }

  /// The lines that build the model without its classifier.
  private var model: String {
    guard library == .timm else {
      return """
                model = torchvision.models.\(branch.encoder)(weights=None)
                model.set_submodule("\(classifier)", torch.nn.Identity())
        \(channels)
        """
    }
    let size = isMadeForSize ? ", img_size=\(branch.preprocessing.size)" : ""
    return """
              model = timm.create_model(
                  "\(branch.encoder)", pretrained=False, num_classes=0, in_chans=\(branch.preprocessing.channels)\(size))

      """
  }

  private var channels: String {
    guard branch.preprocessing.channels == 1 else { return "" }
    return """
              name, first = next(m for m in model.named_modules() if isinstance(m[1], torch.nn.Conv2d))
              model.set_submodule(name, torch.nn.Conv2d(
                  1, first.out_channels, first.kernel_size, first.stride, first.padding,
                  bias=first.bias is not None))

      """
  }

  private func python(_ texts: [String]) -> String {
    "(" + texts.map { "\"\($0)\"," }.joined(separator: " ") + ")"
  }
}
