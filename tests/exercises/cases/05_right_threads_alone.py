threads = 30 // 2
