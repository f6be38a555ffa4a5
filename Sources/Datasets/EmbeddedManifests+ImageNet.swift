/// The manifest of ImageNet, see `EmbeddedManifests`.
extension EmbeddedManifests {
  static let imagenet = #"""
    {
      "schema": 1,
      "id": "imagenet",
      "title": "ImageNet, ILSVRC 2012: training and validation photos of 1000 classes",
      "task": "classification",
      "layout": "imagenet-archives",
      "homepage": "https://image-net.org/challenges/LSVRC/2012/",
      "citation": "O. Russakovsky, J. Deng, H. Su, J. Krause, S. Satheesh, S. Ma, Z. Huang, A. Karpathy, A. Khosla, M. Bernstein, A. C. Berg, L. Fei-Fei: ImageNet Large Scale Visual Recognition Challenge, International Journal of Computer Vision 115(3), 2015",
      "licence": "for non-commercial research and education, after a registration with the authors; no server gives the archives away",
      "checksumSource": "MD5 as in torchvision; sizes as users list the files that they were given; nobody states that of the devkit",
      "archives": [
        {
          "name": "ILSVRC2012_devkit_t12.tar.gz",
          "md5": "fa75699e90414af021442c21a62c3abf",
          "unpacksTo": "imagenet",
          "isKept": true,
          "mirrors": []
        },
        {
          "name": "ILSVRC2012_img_val.tar",
          "size": 6744924160,
          "md5": "29b22e2961454d5413ddabcf34fc5622",
          "unpacksTo": "imagenet",
          "isKept": true,
          "mirrors": []
        },
        {
          "name": "ILSVRC2012_img_train.tar",
          "size": 147897477120,
          "md5": "1d675b47d978889d74fa0da5fadfb00e",
          "unpacksTo": "imagenet",
          "isKept": true,
          "mirrors": []
        }
      ],
      "files": [],
      "imageSets": {
        "source": "the authors' description of the challenge",
        "sets": [
          { "name": "train", "images": 1281167, "archive": "ILSVRC2012_img_train.tar" },
          { "name": "val", "images": 50000, "archive": "ILSVRC2012_img_val.tar" }
        ]
      }
    }
    """#
}
