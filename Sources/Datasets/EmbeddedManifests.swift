/// The files of `datasets-manifest/`, compiled in so that the programs run from any directory. A test keeps
/// them equal.
enum EmbeddedManifests {
  static let documents: [(name: String, json: [UInt8])] = [
    ("cifar100.json", Array(cifar100.utf8)), ("imagenet.json", Array(imagenet.utf8)),
    ("sbd.json", Array(sbd.utf8)), ("voc2007.json", Array(voc2007.utf8)),
    ("voc2012.json", Array(voc2012.utf8)),
  ]

  private static let cifar100 = #"""
    {
      "schema": 1,
      "id": "cifar100",
      "title": "CIFAR-100, binary version",
      "task": "classification",
      "layout": "cifar100-binary",
      "homepage": "https://www.cs.toronto.edu/~kriz/cifar.html",
      "citation": "Alex Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009",
      "licence": "no licence stated by the authors; made available for research, with the request to cite the report",
      "image": {
        "channels": 3,
        "height": 32,
        "width": 32
      },
      "archives": [
        {
          "name": "cifar-100-binary.tar.gz",
          "size": 168513733,
          "sha256": "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
          "md5": "03b5dce01913d631647c71ecec9e9cb8",
          "unpacksTo": "cifar-100-binary",
          "mirrors": ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"]
        }
      ],
      "files": [
        {
          "path": "train.bin",
          "size": 153700000,
          "sha256": "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29",
          "split": "train",
          "records": 50000
        },
        {
          "path": "test.bin",
          "size": 30740000,
          "sha256": "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a",
          "split": "test",
          "records": 10000
        }
      ],
      "classes": {
        "fine": [
          "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle",
          "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle",
          "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch",
          "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox",
          "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
          "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom",
          "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
          "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road",
          "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake",
          "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone",
          "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
          "willow_tree", "wolf", "woman", "worm"
        ],
        "coarse": [
          "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables",
          "household_electrical_devices", "household_furniture", "insects", "large_carnivores",
          "large_man-made_outdoor_things", "large_natural_outdoor_scenes",
          "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates", "people",
          "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2"
        ],
        "coarseOfFine": [
          4, 1, 14, 8, 0, 6, 7, 7, 18, 3, 3, 14, 9, 18, 7, 11, 3, 9, 7, 11, 6, 11, 5, 10, 7, 6, 13, 15,
          3, 15, 0, 11, 1, 10, 12, 14, 16, 9, 11, 5, 5, 19, 8, 8, 15, 13, 14, 17, 18, 10, 16, 4, 17, 4,
          2, 0, 17, 4, 18, 17, 10, 3, 2, 12, 12, 16, 12, 1, 9, 19, 2, 10, 0, 1, 16, 12, 9, 13, 15, 13,
          16, 19, 2, 4, 6, 19, 5, 5, 8, 19, 18, 1, 2, 15, 6, 0, 17, 8, 14, 13
        ]
      }
    }

    """#
}
